ruleset "test" do
  network "commons" do
    open_to :anyone
end
