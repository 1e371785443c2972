ruleset "test" do
  network "commons" do
    open_to :anybody
  end
end
