ruleset "test", version: 1.0 do
  network "commons" do
    open_to :anyone
  end
end
