ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web" do
    entry { socks }
    relay 3
  end
  tunnel("spare") { relay 5 }
  fallback "safe", of: %w[web spare]
  routes do
    to("safe") { port == 443 }
  end
  expect { flow("x.example:80").uses "safe" }
  expect { flow("x.example:443").uses "web" }
end
