tests "block-ads" do
  flow("https://banner.ads.example").refused
  flow("https://shop.ads.example").uses "web" # on the list of what is allowed all the same
  flow("http://pixel.tracker.example").refused
  flow("192.0.2.77:443").refused
  flow("https://example.org").uses "web"
end
