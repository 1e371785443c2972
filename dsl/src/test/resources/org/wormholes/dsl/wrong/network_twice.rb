ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  network "commons" do
    open_to :invited
  end
end
