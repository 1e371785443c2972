tests "work-split" do
  flow("https://wiki.corp.example").uses "work"
  flow("https://login.bank.example").uses "careful"
  flow("https://video.example/watch").uses "quick"
  flow("https://img7.news.example").uses "quick"
  flow("https://imgs.news.example").uses "careful"
  flow("https://example.org").uses "careful"
end
