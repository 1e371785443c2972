ruleset "test" do
  network "commons" do
    table "guestbook" do
      write do
        signed? &&
          value =~ /spam/
      end
    end
  end
end
