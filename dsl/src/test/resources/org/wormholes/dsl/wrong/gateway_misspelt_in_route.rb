ruleset "wrong" do
  tor "onion" do
    entry { socks port: 9150 }
  end
  routes do
    to("onoin") { otherwise }
  end
end
