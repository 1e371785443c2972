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
  expect { flow("x.example:443", round_trip: ["web", 80.ms]).uses "web" }
end
