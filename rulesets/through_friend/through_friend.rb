# Everything leaves through the house of one friend, and nowhere else: no other relay, no other exit,
# and nothing at all while the friend is away.
ruleset "through-friend", version: "1.0.0" do
  network "friends" do
    open_to :invited
  end

  tunnel "ann", over: "friends" do
    entry { socks port: 1080, udp: true }
    relay 1 do
      only { friend? && operator == "ann" }
    end
    carry   :quic, :tls
    isolate by: []
  end
end
