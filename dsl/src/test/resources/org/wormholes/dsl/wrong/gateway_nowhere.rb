ruleset "wrong" do
  upstream "office" do
    entry { socks port: 1080 }
  end
end
