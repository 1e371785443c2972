ruleset "wrong" do
  upstream "office" do
    entry { socks port: 1080 }
    socks "192.0.2.1:1080"
    http "192.0.2.1:3128"
  end
end
