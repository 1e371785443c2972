ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks }
    relay 3
  end
  routes do
    refuse { host.under? "ads.example" }
    to("web") { otherwise }
  end
  expect { flow("https://x.ads.example").uses "web" }
end
