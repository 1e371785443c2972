tests "lan-direct" do
  flow("192.168.7.20:631").direct
  flow("printer.house.example:631").direct
  flow("192.168.8.20:631").refused
  flow("127.0.0.1:5432").refused
  flow("nas.local:445").refused
  flow("wiki.internal:80").refused
  flow("https://example.org").uses "web"
end
