ruleset "My Tunnels" do
  network "commons" do
    open_to :anyone
  end
end
