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
    refuse { process == "curl" && local_user == "ann" }
    to("web") { otherwise }
  end
  expect { flow("x.example:443", process: "curl", local_user: "ann").uses "web" }
end
