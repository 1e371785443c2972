# frozen_string_literal: true

# Compiled, kept and run once to train the start-up cache; uses most kinds of words, and has enough routes for the JVM to
# note which methods are busy.
ruleset "warm-up", version: "1" do
  network "commons" do
    open_to :anyone
  end

  tunnel "web", over: "commons" do
    entry { socks port: 0 }
    relay(3) { only { latency < 80.ms && country != "KP" } }
    exit { allow { port == 443 || port.in?([80, 8080]) } }
  end

  routes do
    (0..255).each do |i|
      to("web") { host.under? "host#{i}.example" }
      to("web") { address.in? "10.0.#{i}.0/24" }
      refuse { host.under?("other#{i}.example") && port == 8443 }
      to("web") { user == "user#{i}" && time.in?("09:00".."17:00") }
    end
    to("web") { otherwise }
  end

  expect { flow("https://example.org").uses "web" }
end
