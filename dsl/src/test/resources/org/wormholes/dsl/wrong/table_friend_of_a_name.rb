ruleset "test" do
  network "commons" do
    table "guestbook" do
      write { author.friend_of?("ann") }
    end
  end
end
