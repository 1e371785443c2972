# Two ways out, chosen by domain: a long path for what is private, a short one for videos.
LONG  = 3
SHORT = 2

PRIVATE = %w[
  mail.example
  bank.example
  health.example
]

ruleset "split-domains" do
  network "commons" do
    open_to :anyone
  end

  tunnel "careful", over: "commons" do
    entry { socks port: 1080 }
    relay LONG do
      distinct :operator, :subnet, :country
      guard    keep: 90.days
    end
  end

  tunnel "quick", over: "commons" do
    relay SHORT do
      only   { latency < 40.ms && bandwidth > 20.mbit }
      prefer { bandwidth }
    end
  end

  routes do
    to("careful") { host.under? PRIVATE }
    to("quick")   { host.under?("video.example") || host =~ /^(cdn|img)[0-9]*\./ }
    to("careful") { otherwise }
  end

  expect { flow("https://login.bank.example").uses "careful" }
  expect { flow("https://video.example/watch").uses "quick" }
  expect { flow("https://img7.news.example").uses "quick" }
  expect { flow("https://example.org").uses "careful" }
end
