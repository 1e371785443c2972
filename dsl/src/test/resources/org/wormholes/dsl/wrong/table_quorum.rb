ruleset "test" do
  network "commons" do
    table "guestbook" do
      write { signed? }
      replicas 4, quorum: 2
    end
  end
end
