ruleset "test" do
  table "guestbook" do
    write { signed? }
  end
end
