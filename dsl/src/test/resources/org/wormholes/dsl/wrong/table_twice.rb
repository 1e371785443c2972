ruleset "test" do
  network "commons" do
    table("guestbook") { write { signed? } }
    table("guestbook") { write { signed? } }
  end
end
