ruleset "wrong" do
  tor "tor" do
    entry { socks port: 9150 }
    through "ofice"
  end
  upstream "office" do
    socks "192.0.2.1:1080"
  end
end
