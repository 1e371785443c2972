ruleset do
  network "commons" do
    open_to :anyone
  end
end
