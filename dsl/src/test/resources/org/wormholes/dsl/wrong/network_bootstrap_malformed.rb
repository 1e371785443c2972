ruleset "test" do
  network "commons" do
    open_to :anyone
    bootstrap "203.0.113.7:4040"
  end
end
