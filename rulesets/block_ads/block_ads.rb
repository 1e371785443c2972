# A web proxy that refuses advertising and trackers. The lists stand beside this file, one domain a
# line; they are read when the ruleset is compiled, and become part of it.
ruleset "block-ads" do
  network "commons" do
    open_to :anyone
  end

  tunnel "web", over: "commons" do
    entry { socks port: 1080 }
    relay 3
  end

  routes do
    to("web") { host.listed? "allowed.txt" }
    refuse    { host.listed? "ads.txt", "trackers.txt" }
    refuse    { address.listed? "networks.txt" }
    to("web") { otherwise }
  end

  expect { flow("https://shop.ads.example").uses "web" }
  expect { flow("https://banner.ads.example").refused }
  expect { flow("http://pixel.tracker.example").refused }
  expect { flow("192.0.2.77:443").refused }
  expect { flow("https://example.org").uses "web" }
end
