ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { dns port: 853, over: :quic }
    relay 3
    exit do
      resolve "tls://dns.example"
    end
  end
end
