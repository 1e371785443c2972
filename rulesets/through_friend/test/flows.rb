tests "through-friend" do
  flow("https://example.org").uses "ann"
  flow("udp://1.1.1.1:53").uses "ann"
  flow("192.168.1.1:80").refused # not even the friend's own house
end
