ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry do
      dns port: 5353, anchors: ["corp.example. DS 1 13 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"]
      dns port: 5354, dnssec: true, invents: :all
      dns port: 5355, dnssec: true, anchors: ["corp.example. DS 1 5 1 0F1E"]
    end
    relay 3
  end
end
