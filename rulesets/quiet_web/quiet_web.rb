# Web traffic through three quick relays of different operators, and nothing but web traffic.
ruleset "quiet-web", version: "1.0" do
  network "commons" do
    open_to :anyone
  end

  tunnel "web", over: "commons" do
    entry do
      socks port: 1080, udp: true # SOCKS4a and HTTP proxying are understood on the same port
    end
    relay 3 do
      only     { latency < 80.ms && !country.in?(%w[KP IR]) }
      distinct :operator, :subnet
      prefer   { bandwidth / latency }
      guard    keep: 90.days
    end
    exit do
      allow  { port.in? [80, 443] }
      refuse { address.private? }
    end
    carry  :tls, :tcp # tried in this order, nothing else ever
    rotate every: 10.minutes
  end

  routes do
    refuse    { host.under? "onion", "i2p" } # never ask an exit for names that only others know
    to("web") { otherwise }
  end

  expect { flow("https://example.org").uses "web" }
  expect { flow("abcdefgh.onion:80").refused }
end
