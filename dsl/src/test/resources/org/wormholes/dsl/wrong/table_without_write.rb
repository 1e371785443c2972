ruleset "test" do
  network "commons" do
    table "guestbook" do
      expires 3.days
    end
  end
end
