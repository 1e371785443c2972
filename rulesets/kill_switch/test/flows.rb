tests "kill-switch" do
  flow("https://example.org").uses "all"
  flow("udp://9.9.9.9:53").uses "all"
  flow("192.168.1.1:80").refused
  flow("127.0.0.1:8080").refused
  flow("http://printer.local").refused
  flow("http://abcdefgh.onion").refused
end
