ruleset "test" do
  network "commons" do
    table "guestbook" do
      write { signed? && value.include?(previous) }
    end
  end
end
