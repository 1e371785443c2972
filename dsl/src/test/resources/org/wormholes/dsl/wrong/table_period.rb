ruleset "test" do
  network "commons" do
    table "guestbook" do
      write { writes("year") < 10 }
    end
  end
end
