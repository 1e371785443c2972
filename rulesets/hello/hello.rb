# The shortest useful ruleset: a web proxy on port 1080 whose traffic passes three relays.
#
# `wormholes demo` applies it to a local network, with a web page served on this very machine. Exits
# refuse loopback addresses unless a ruleset names them, so this one does; leave that line out
# anywhere else.
ruleset "hello" do
  network "devnet" do
    open_to :anyone
  end

  tunnel "web", over: "devnet" do
    entry { socks port: 1080 }
    relay 3
    exit do
      allow { address.public? }
      allow { address.loopback? } # the demo's page
    end
  end
end
