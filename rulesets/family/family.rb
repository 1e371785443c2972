# A proxy for a family: the children's user names have bedtimes and a list of what they may visit.
BEDTIMES = { "ada" => "19:30", "ben" => "21:00" }
SCHOOL   = %w[school.example encyclopedia.example]

def child? = user.in?(BEDTIMES.keys)

ruleset "family" do
  network "commons" do
    open_to :anyone
  end

  tunnel "web", over: "commons" do
    entry { http port: 3128 }
    relay 2
    exit { allow { port.in? [80, 443] } }
  end

  routes do
    BEDTIMES.each do |name, bedtime|
      refuse { user == name && time.in?(bedtime.."06:30") } # past midnight
    end
    to("web") { child? && host.under?(*SCHOOL) }
    refuse    { child? && (weekday.in?(%w[sat sun]) ? !time.between?("10:00", "18:00") : true) }
    to("web") { otherwise }
  end

  expect { flow("https://example.org", user: "ada", on: :sat, at: "11:00").uses "web" }
  expect { flow("https://example.org", user: "ada", on: :wed, at: "16:00").refused }
  expect { flow("https://school.example", user: "ada", on: :wed, at: "16:00").uses "web" }
  expect { flow("https://school.example", user: "ada", on: :wed, at: "19:30").refused }
  expect { flow("https://school.example", user: "ben", on: :wed, at: "20:00").uses "web" }
  expect { flow("https://school.example", user: "ben", on: :wed, at: "02:00").refused }
  expect { flow("https://example.org").uses "web" }
end
