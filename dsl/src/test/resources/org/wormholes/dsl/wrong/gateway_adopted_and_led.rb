ruleset "wrong" do
  tor "tor" do
    entry { socks port: 9150 }
    adopt "127.0.0.1:9051"
    through "office"
  end
  upstream "office" do
    socks "192.0.2.1:1080"
  end
end
