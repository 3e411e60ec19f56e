"""Pictures on paper: PDF and PNG of what is drawn as SVG."""
