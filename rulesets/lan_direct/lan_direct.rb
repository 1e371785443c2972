# Everything goes through the tunnel but what stands in this house. `direct` exists only where a
# ruleset says so: here for one range of addresses and one domain, and nothing else. Other names of
# local networks are refused: nobody at the far end knows them, and nobody there should hear of them.
HOUSE = "192.168.7.0/24"

ruleset "lan-direct" do
  network "commons" do
    open_to :anyone
  end

  tunnel "web", over: "commons" do
    entry { socks port: 1080 }
    relay 3
  end

  routes do
    direct    { address.in?(HOUSE) || host.under?("house.example") }
    refuse    { address.private? || address.loopback? || address.link_local? }
    refuse    { host.under? %w[local home.arpa lan internal] }
    to("web") { otherwise }
  end

  expect { flow("192.168.7.20:631").direct }
  expect { flow("printer.house.example:631").direct }
  expect { flow("192.168.8.20:631").refused }
  expect { flow("[::1]:80").refused }
  expect { flow("nas.local:445").refused }
  expect { flow("https://example.org").uses "web" }
end
