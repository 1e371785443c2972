ruleset "test" do
  network "commons" do
    table "guestbook" do
      write { signed? }
      owner "ann"
    end
  end
end
