# One extra hop with as little delay as can be had, for games and calls.
BUDGET = 25.ms

def near?(share) = latency < BUDGET * share

ruleset "quick-games" do
  network "commons" do
    open_to :anyone
  end

  tunnel "games", over: "commons" do
    entry { socks port: 1080, udp: true }
    relay 2 do
      only   { near?(0.5) || (near?(1) && bandwidth >= 4.mib_s) }
      prefer { [bandwidth, 50.mbit].min / [latency, 1.ms].max }
    end
    exit do
      refuse { port.in? [25, 465, 587] }
    end
    shape :small
    early_data
    rotate every: 2.hours
  end

  expect { flow("play.example:27015", protocol: :udp).uses "games" }
end
