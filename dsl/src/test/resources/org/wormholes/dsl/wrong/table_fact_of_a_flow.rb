ruleset "test" do
  network "commons" do
    table "guestbook" do
      write { host == "example.org" }
    end
  end
end
