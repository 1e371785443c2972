tests "quiet-web" do
  flow("https://example.org").uses "web"
  flow("http://example.org").uses "web"
  flow("https://example.org:8443").refused # the exit takes 80 and 443 only
  flow("https://abcdefgh.onion").refused
  flow("http://stats.i2p").refused
  flow("10.0.0.1:443").refused
end
