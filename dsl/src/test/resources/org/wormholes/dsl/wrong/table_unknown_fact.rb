ruleset "test" do
  network "commons" do
    table "guestbook" do
      write { valeu.bytesize < 1.kib }
    end
  end
end
