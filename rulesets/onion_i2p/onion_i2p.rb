# Names of Tor and of I2P go to exits whose operators run those networks; no other exit is ever asked
# for them. Everything else takes the open path.
ruleset "onion-i2p", version: "1.0.0" do
  network "commons" do
    open_to :anyone
  end

  network "gates" do
    open_to :invited
  end

  tunnel "web", over: "commons" do
    entry { socks port: 1080 }
    relay 3
  end

  tunnel "onion", over: "gates" do
    relay 2 do
      only { operator == "onion-gate" }
    end
    exit do
      resolve "127.0.0.1:5353" # the gate's own Tor answers for .onion
      allow   { host.under? "onion" }
    end
  end

  tunnel "garlic", over: "gates" do
    relay 2 do
      only { operator == "i2p-gate" }
    end
    exit do
      resolve "127.0.0.1:5354"
      allow   { host.under? "i2p" }
    end
  end

  routes do
    to("onion")  { host.under? "onion" }
    to("garlic") { host.under? "i2p" }
    to("web")    { otherwise }
  end
end
