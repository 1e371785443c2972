ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web" do
    entry { socks }
    relay 3
  end
  tunnel("spare") { relay 5 }
  routes do
    to("web") { otherwise }
  end
  expect { flow("192.0.2.1:443", country: "de").uses "web" }
end
