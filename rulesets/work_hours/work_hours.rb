# The company's machines during working hours, the open web at any other time.
def working? = weekday.in?("mon".."fri") && time.in?("08:30"..."17:30")

COMPANY = "corp.example"

ruleset "work-hours" do
  network "commons" do
    open_to :anyone
  end

  tunnel "work", over: "commons" do
    entry { socks port: 1080 }
    relay 2
    exit { allow { host.under? COMPANY } }
  end

  tunnel "evening", over: "commons" do
    relay 3
  end

  routes do
    to("work")    { working? && host.under?(COMPANY) }
    refuse        { working? || host.under?(COMPANY) }
    to("evening") { otherwise }
  end

  expect { flow("https://wiki.corp.example", on: :tue, at: "09:00").uses "work" }
  expect { flow("https://wiki.corp.example", on: :sat, at: "09:00").refused }
  expect { flow("https://example.org", on: :tue, at: "17:29").refused }
  expect { flow("https://example.org", on: :tue, at: "17:30").uses "evening" }
end
