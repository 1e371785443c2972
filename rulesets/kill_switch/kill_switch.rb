# All or nothing: whatever comes in goes through the tunnel, and while there is no whole path it goes
# nowhere. No route says `direct`, and nothing else could.
ruleset "kill-switch", version: "1.0.0" do
  network "commons" do
    open_to :anyone
  end

  tunnel "all", over: "commons" do
    entry { socks port: 1080, udp: true }
    relay 3 do
      distinct :operator, :subnet
      guard    keep: 90.days
    end
    carry :tls
  end

  routes do
    refuse    { address.private? || address.loopback? || address.link_local? }
    refuse    { host.under? "local", "lan", "internal", "home.arpa", "onion", "i2p" }
    to("all") { otherwise }
  end
end
