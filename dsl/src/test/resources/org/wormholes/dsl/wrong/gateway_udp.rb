ruleset "wrong" do
  tor "tor" do
    entry { socks port: 9150, udp: true }
  end
end
