ruleset "wrong" do
  i2p "garden" do
    entry { http port: 4444 }
    adopt "router.example:7656"
  end
end
