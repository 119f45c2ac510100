"""The guide that an employer is given: the steps with their pictures, for everybody or made for one customer.

`drawing` and `pictures` draw the screens, `steps` says what to do, `message` puts it into a few lines for messaging,
`paper` lays it out as a PDF. A customer's guide is reached by a link that nobody can guess (`models.GuideLink`).
"""
