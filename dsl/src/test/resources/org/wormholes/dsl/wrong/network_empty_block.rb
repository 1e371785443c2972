ruleset "test" do
  network "commons" do
  end
end
