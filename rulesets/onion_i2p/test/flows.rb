tests "onion-i2p" do
  flow("http://abcdefgh.onion").uses "onion"
  flow("http://stats.i2p").uses "garlic"
  flow("https://example.org").uses "web"
  flow("https://onion.example").uses "web"
end
